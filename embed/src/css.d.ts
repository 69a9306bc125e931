// A stylesheet arrives as its minified text: build.mjs puts it there.
declare module "*.css" {
  const text: string;
  export default text;
}
